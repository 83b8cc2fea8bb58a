/** German. */

import { admin } from "./de/admin.js";
import { common } from "./de/common.js";
import { learning } from "./de/learning.js";
import { mails } from "./de/mails.js";
import { teaching } from "./de/teaching.js";

export const de = { tag: "de", ...common, ...learning, ...mails, ...teaching, ...admin };
