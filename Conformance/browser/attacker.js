// The script of a stranger's page: tries to change and to read what the server at `target` has, and to send each of
// `forms`. What became of each attempt is in `done`.
const attempts = [];
const attempt = async (name, what) => {
  try {
    attempts.push([name, await what()]);
  } catch (error) {
    attempts.push([name, `refused: ${error.name}`]);
  }
};
const create = JSON.stringify({ name: "forged-" + location.hostname });
const experiments = "/api/2.0/mlflow/experiments/create";
const models = "/api/2.0/mlflow/registered-models/create";
const secret = "/api/2.0/mlflow/experiments/get?experiment_id=1";
const get = (path, options) => fetch(target + path, { credentials: "include", ...options });
const post = (path, options) => get(path, { method: "POST", body: create, ...options });
const node = (name, properties) => Object.assign(document.createElement(name), properties);
const loaded = (element) => new Promise((resolve) => {
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("failed");
  document.body.append(element);
});
const submit = (action, fields, enctype = "application/x-www-form-urlencoded") => new Promise((resolve) => {
  const frame = node("iframe", { name: "frame" + Math.random() });
  const form = node("form", { action: target + action, method: "post", target: frame.name, enctype });
  for (const [name, value] of Object.entries(fields)) form.append(node("input", { name, value, type: "hidden" }));
  document.body.append(frame, form);
  frame.onload = () => resolve("sent");
  form.submit();
});

(async () => {
  await attempt("plain", async () => (await post(experiments, { mode: "no-cors" })).type);
  await attempt("json", async () => (await post(models, { headers: { "Content-Type": "application/json" } })).status);
  await attempt("header", async () => (await post(models, { headers: { "Steward-Request": "1" } })).status);
  await attempt("beacon", async () => navigator.sendBeacon(target + models, create));
  await attempt("read", async () => (await get(secret)).text());
  await attempt("read page", async () => (await get("/experiments")).text());
  await attempt("read opaque", async () => (await get("/experiments", { mode: "no-cors" })).text());
  await attempt("script", () => loaded(node("script", { src: target + secret })));
  await attempt("script page", () => loaded(node("script", { src: target + "/experiments" })));
  await attempt("image", () => loaded(node("img", { src: target + "/experiments" })));
  // A form of text whose only field makes JSON.
  await attempt("text form", () => submit(experiments, { [`${create.slice(0, -1)}, "x": "`]: '"}' }, "text/plain"));
  for (const action of forms) {
    const fields = { name: "forged-form", reason: "forged", stage: "Production", confirm: "1" };
    await attempt(`form ${action}`, () => submit(action, fields));
  }
  window.done = attempts;
})();
