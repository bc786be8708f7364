/**
 * The address of something that the appliance serves, relative to the page, since a reverse proxy may
 * serve all of it below a path.
 * @param {string} path as the appliance has it, such as `/api/status`
 */
export const placeOf = (path) => new URL(`.${path}`, document.baseURI);
