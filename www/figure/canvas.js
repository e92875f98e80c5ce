// @ts-check
/** The door to the figures on screen: replay of a scene, PNG, and the map that can be touched. */
export { drawScene, readScene, toPng } from "./scene.js";
export { MapView } from "./map-view.js";
