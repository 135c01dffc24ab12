import type { Millis } from "#core";

/** A point on the earth, degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

const earthRadiusKm = 6_371;
const speedMaxKmh = 900;
const hourMs: Millis = 3_600_000;

/** Great-circle distance (haversine), kilometres; the earth as a sphere, 0.5 % error. */
export function distanceKm(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const latitude = (b.latitude - a.latitude) * rad;
  const longitude = (b.longitude - a.longitude) * rad;
  const h =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(longitude / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Two sightings of one account. */
export interface Journey {
  readonly from: Place;
  readonly to: Place;
  readonly elapsedMs: Millis;
  /** The account has used a VPN or a gateway of a mobile network before: its places are not where it is. */
  readonly habitualGateway: boolean;
}

/**
 * Evidence in nats that one account was at two places no journey connects: distance over max(elapsed, 1 h) above
 * 900 km/h. Capped at ln(1 / share of people who ever make such a jump), because VPNs make honest people fly;
 * accounts that habitually use gateways say nothing. Places of addresses are wrong by a city easily, so distances
 * below 500 km say nothing.
 */
export function impossibleTravel(journey: Journey, jumpingPeople = 0.02): number {
  if (journey.habitualGateway) return 0;
  const distance = distanceKm(journey.from, journey.to);
  if (distance < 500) return 0;
  const speed = distance / Math.max(1, journey.elapsedMs / hourMs);
  if (speed <= speedMaxKmh) return 0;
  return Math.min(-Math.log(jumpingPeople), Math.log(speed / speedMaxKmh) + 1);
}
