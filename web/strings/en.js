/** English: the model for every other language. */

import { admin } from "./en/admin.js";
import { common } from "./en/common.js";
import { learning } from "./en/learning.js";
import { mails } from "./en/mails.js";
import { teaching } from "./en/teaching.js";

export const en = { tag: "en", ...common, ...learning, ...mails, ...teaching, ...admin };
