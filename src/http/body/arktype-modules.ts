/**
 * Imports of the modules of ArkType, in the order in which ArkType imports them. One by one they take up to 30 ms each; all
 * together 80 ms.
 */
export const ARKTYPE_MODULES = [
  () => import("./arktype-config.ts"),
  () => import("arktype/internal/scope.ts"),
  () => import("arktype/internal/keywords/constructors.ts"),
  () => import("arktype/internal/keywords/string.ts"),
  () => import("./arktype.ts"),
];
