/** Files go from the browser straight to S3, with a form that the API has signed: no function ever carries them. */

import { ApiError, NetworkError } from "./api.js";

/**
 * @param {{url: string, fields: Record<string, string>}} form a presigned POST
 * @param {File} file
 * @param {{onProgress: (percent: number) => void, signal: AbortSignal}} options
 */
export function upload({ url, fields }, file, { onProgress, signal }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  // S3 takes no notice of fields behind the file, so it comes last.
  body.append("file", file);
  return new Promise((resolve, reject) => {
    // `fetch` does not tell how much of a body has been sent; this does.
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress((100 * loaded) / total));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else reject(new ApiError(request.status, { message: `The file was not accepted (${request.status}).` }));
    });
    request.addEventListener("error", (event) => reject(new NetworkError(event)));
    request.addEventListener("abort", () => reject(new DOMException("The upload was cancelled.", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", url);
    request.send(body);
  });
}
