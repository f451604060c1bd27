/** What sbom.js gives, for tests. */

export const ALLOWED_LICENCES: readonly string[];

export interface Package {
  /** Key in the lock file, such as `node_modules/a/node_modules/b`. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  /** SPDX identifier or expression; `''` where neither lock file nor package says. */
  readonly licence: string;
  /** As in the lock file: `sha512-…` in base64. */
  readonly integrity: string;
  /** `excluded`: for development only. */
  readonly scope: 'required' | 'optional' | 'excluded';
  /** Named in package.json. */
  readonly isDirect: boolean;
  /** Places of the packages that it uses. */
  readonly needs: readonly string[];
}

export interface Packages {
  readonly app: { readonly name: string; readonly version: string; readonly license: string };
  readonly needs: readonly string[];
  readonly packages: readonly Package[];
}

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly scope: Package['scope'];
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly unknown[];
  readonly purl: string;
}

export interface BillOfMaterials {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: { readonly component: Omit<Component, 'scope' | 'hashes'> };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export function readPackages(folder: string): Packages;

export function billOfMaterials(found: Packages): BillOfMaterials;

export function table(
  packages: readonly Package[],
  releaseDate: (name: string, version: string) => string | undefined,
  nowMs: number,
): readonly string[];
