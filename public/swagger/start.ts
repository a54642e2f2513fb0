import { completeParts } from "./accessible-parts.ts";
import { guardDialog } from "./authorize-dialog.ts";
import { applyColors } from "./colors.ts";
import { onFirstUse } from "./first-use.ts";
import { fetchAhead, startSwaggerUI } from "./swagger-ui.ts";
import { keepFieldsUnremembered } from "./unremembered-fields.ts";

const FETCH_AHEAD_MS = 1_000;

const bundle = document.currentScript?.dataset.swaggerUi ?? "";

applyColors();
keepFieldsUnremembered();
completeParts();
guardDialog();
onFirstUse(() => startSwaggerUI(bundle));
// What is on the screen comes first.
addEventListener("load", () => setTimeout(() => fetchAhead(bundle), FETCH_AHEAD_MS));
