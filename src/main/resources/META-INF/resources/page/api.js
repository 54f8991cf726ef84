// Asks the service. What it refuses is an Error whose message says what to do.

async function answer(response) {
  if (response.ok) return response.status === 204 ? null : response.json();
  let detail = response.statusText || `The service answered ${response.status}`;
  if (response.status === 413) detail = "The image is larger than the service takes";
  try {
    const problem = await response.json();
    detail = problem.detail ?? detail;
  } catch {
    // Not every answer is from the service itself.
  }
  throw new Error(detail);
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Error("The service does not answer");
  }
  return answer(response);
}

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const part = encodeURIComponent;

export const abilities = () => ask("api/live");
export const models = () => ask("api/models");
export const deadLetters = () => ask("api/live/dead-letters?limit=30");
export const submitUri = (uri) => ask("api/live/images", json({ uri }));
export const submitImage = (blob) =>
  ask("api/live/images", {
    method: "POST",
    headers: { "Content-Type": blob.type.startsWith("image/") ? blob.type : "application/octet-stream" },
    body: blob,
  });
export const promote = (model, version, reason) => ask(`api/models/${part(model)}/versions/${part(version)}/promote`, json({ reason }));
export const rollback = (model, version, reason) => ask(`api/models/${part(model)}/rollback`, json({ version, reason }));
export const retry = (letter) => ask(`api/live/dead-letters/${letter.partition}/${letter.offset}/retry`, json({}));
