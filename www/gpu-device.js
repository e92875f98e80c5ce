// The graphics adapter as a worker sees it, and the device that an engine asked for: wgpu keeps it to itself.

/** @type {any} the WebGPU device in use, remembered so that a test can lose it */
let device = null;

/** Whether this browser has an adapter, and whether it is real hardware. Asked before the GPU engine is fetched. */
export async function adapter() {
  const gpu = /** @type {any} */ (navigator).gpu;
  if (!gpu) return { found: false, because: "this browser offers no WebGPU" };
  const found = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!found) return { found: false, because: "WebGPU found no graphics adapter" };
  const info = found.info ?? {};
  const name = [info.description, info.device, info.vendor, info.architecture].find(Boolean) ?? "graphics adapter";
  const words = `${info.description} ${info.device} ${info.vendor} ${info.architecture}`.toLowerCase();
  const software = Boolean(info.isFallbackAdapter || found.isFallbackAdapter) || /swiftshader|llvmpipe|lavapipe|software|basic render/.test(words);
  return { found: true, name, software };
}

/** Remember the device that is asked for next. @param {(message: string) => void} onLost when the browser takes it away */
export function rememberDevice(onLost) {
  const prototype = /** @type {any} */ (globalThis).GPUAdapter?.prototype;
  if (!prototype) return;
  const request = prototype.requestDevice;
  prototype.requestDevice = async function (/** @type {any[]} */ ...args) {
    device = await request.apply(this, args);
    device.lost.then((/** @type {any} */ info) => onLost(info?.message ?? ""));
    return device;
  };
}

/** For the test that kills the GPU in the middle of a run. */
export function loseDevice() {
  device?.destroy();
  return Boolean(device);
}
