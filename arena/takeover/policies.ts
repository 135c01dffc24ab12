/** What the operator's other applications have had for months: listed networks may read, and are asked for more when they write. */
export const standingPolicy = `- override: infra-listed-writes
  mode: enforce
  then: block
`;

/**
 * The fingerprint of the takeover, read from its requests: the application always asks for its configuration and registers its device before
 * anybody logs in; these come straight to the log-in, change nothing else, and leave.
 */
export const fingerprintPolicy = `- name: takeover-straight-to-login
  why: >-
    The application asks for its configuration before anybody can log in. Whoever sends credentials as the first thing of a session
    does not use it. Silent for people whose session lapsed: their application asks for its configuration again.
  when: 'request.isWrite && request.class == "login" && session.requests == 1'
  then: block
  ttl: 1h
  mode: enforce
  tags: [OAT-007, OAT-008]
  applies: [login]
  traces:
    fires:
      - "#user1 POST /mobile/v1/login 401"
    silent:
      - |
        GET /mobile/v1/config 200
        +1 POST /mobile/v1/device 201
        +5 #ann POST /mobile/v1/login 200
`;
