// A photo as the screens show it: from the phone while it is here, else from the server.
import { say } from "../../map/words.js";
import { photoToShow, unreadPhoto } from "../photos.js";
import { make } from "./dom.js";

export async function photoFigure(app, sha256, label) {
  const blob = await photoToShow(app.store, app.user.id, sha256);
  const unread = await unreadPhoto(app.store, app.user.id, sha256);
  const image = make("img", { alt: label, width: 160, height: 160, loading: "lazy" });
  const frame = make("span", { class: "photo" }, image);
  image.addEventListener("load", () => blob && URL.revokeObjectURL(image.src));
  image.addEventListener("error", () => {
    frame.classList.add("undrawn");
    const key = unread ? "photo_unread" : "photo_not_here";
    image.replaceWith(make("span", { class: "photo-gone", text: say(key, { photo: label }) }));
  });
  image.src = blob ? URL.createObjectURL(blob) : `/api/v1/photos/${sha256}/thumbnail`;
  return frame;
}
