import { loadOptional, type Optional } from "../optional/load-optional.ts";

/** What we use of the configuration that openid-client keeps of a provider. */
export interface OpenIdConfiguration {
  serverMetadata(): {
    readonly authorization_endpoint?: string;
    readonly userinfo_endpoint?: string;
    readonly token_endpoint_auth_methods_supported?: readonly string[];
  };
}

/** What a provider says about somebody. */
export type Claims = Readonly<Record<string, unknown>>;

/** What we use of openid-client. */
export interface OpenIdClient {
  readonly customFetch: symbol;
  enableNonRepudiationChecks(configuration: OpenIdConfiguration): void;
  None(): unknown;
  ClientSecretBasic(secret: string): unknown;
  ClientSecretPost(secret: string): unknown;
  discovery(
    issuer: URL,
    clientId: string,
    metadata: undefined,
    authentication: unknown,
    options: Readonly<Record<symbol | string, unknown>>,
  ): Promise<OpenIdConfiguration>;
  randomState(): string;
  randomNonce(): string;
  randomPKCECodeVerifier(): string;
  calculatePKCECodeChallenge(verifier: string): Promise<string>;
  buildAuthorizationUrl(configuration: OpenIdConfiguration, parameters: Readonly<Record<string, string>>): URL;
  authorizationCodeGrant(
    configuration: OpenIdConfiguration,
    back: URL,
    checks: {
      readonly pkceCodeVerifier: string;
      readonly expectedState: string;
      readonly expectedNonce: string;
      readonly idTokenExpected: true;
    },
  ): Promise<{ readonly access_token: string; claims(): Claims | undefined }>;
  fetchUserInfo(configuration: OpenIdConfiguration, accessToken: string, subject: string): Promise<Claims>;
}

/** The library, or how to get it beside Gait. */
export function loadOpenId(): Promise<Optional<OpenIdClient>> {
  return loadOptional<OpenIdClient>("openid-client", "signing in through an identity provider");
}
