import { completeParts } from "./accessible-parts.ts";
import { applyColors } from "./colors.ts";
import { onFirstUse } from "./first-use.ts";
import { startSwaggerUI } from "./swagger-ui.ts";
import { keepFieldsUnremembered } from "./unremembered-fields.ts";

const bundle = document.currentScript?.dataset.swaggerUi ?? "";

applyColors();
keepFieldsUnremembered();
completeParts();
onFirstUse(() => startSwaggerUI(bundle));
