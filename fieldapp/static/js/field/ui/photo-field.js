// Photos in the form: from the camera or the gallery, kept on the phone at once, shown, taken out again.
import { say } from "../../map/words.js";
import { MOST_PHOTOS } from "../content.js";
import { HugePhoto, LARGEST, preparePhoto, UnreadablePhoto, unreadPhoto } from "../photos.js";
import { StorageFull } from "../store.js";
import { button, field, make, newName, notice } from "./dom.js";
import { photoFigure } from "./photo.js";
import { sayBytes } from "./telling.js";

export function photoField({ app, id, values, changed }) {
  const shown = make("ul", { class: "photos" });
  const count = make("p", { class: "hint", role: "status" });
  const unread = make("div", { class: "photos-unread", role: "status" });
  const { group, fault } = field(say("photos"), "photos", shown, unread, count, ...choosers());
  let busy = 0;
  let taking = Promise.resolve();

  function input(attributes) {
    const element = make("input", {
      id: newName("file"),
      type: "file",
      class: "visually-hidden",
      ...attributes,
    });
    element.addEventListener("change", async () => {
      taking = Promise.allSettled([taking, take([...element.files])]);
      await taking;
      element.value = ""; // the same picture can be chosen again
    });
    return element;
  }

  // The camera and the gallery open for images alone: what else they were asked for would hide the camera from some
  // phones, and have iPhones hand over what other browsers cannot draw. A file whose type its place does not tell is
  // greyed out there, so it is chosen among all files; what it is, its first bytes say.
  function choosers() {
    const camera = input({ accept: "image/*", capture: "environment" });
    const gallery = input({ accept: "image/*", multiple: true });
    const files = input({ multiple: true });
    return [
      make(
        "div",
        { class: "buttons two" },
        camera,
        make("label", { for: camera.id, class: "button", text: say("photo_take") }),
        gallery,
        make("label", { for: gallery.id, class: "button", text: say("photo_choose") }),
      ),
      make("div", { class: "all-files" }, files, make("label", { for: files.id, text: say("photo_files") })),
    ];
  }

  function tell(text) {
    fault.textContent = text;
    fault.hidden = !text;
  }

  async function take(files) {
    tell("");
    for (const file of files) {
      if (values.photos.length >= MOST_PHOTOS) {
        tell(say("photo_most", { most: MOST_PHOTOS }));
        break;
      }
      busy++;
      showCount();
      try {
        const photo = await preparePhoto(file);
        if (values.photos.includes(photo.sha256)) tell(say("photo_twice"));
        values.photos = await app.outbox.addPhoto(id, photo, values);
        changed();
      } catch (error) {
        if (error instanceof UnreadablePhoto) tell(say("photo_unreadable", { name: file.name }));
        else if (error instanceof HugePhoto) {
          tell(say("photo_huge", { name: file.name, most: LARGEST / 1024 / 1024 }));
        } else if (error instanceof StorageFull) tell(say("storage_full"));
        else throw error;
      } finally {
        busy--;
      }
      await show();
    }
    showCount();
  }

  async function remove(sha256) {
    values.photos = await app.outbox.removePhoto(id, sha256, values);
    changed();
    await show();
    (shown.querySelector("button") ?? group.querySelector("input[type=file]")).focus();
  }

  function showCount() {
    if (busy) count.textContent = say("photo_busy");
    else {
      count.textContent = values.photos.length
        ? say("photo_count", { count: values.photos.length, most: MOST_PHOTOS })
        : say("photo_none");
    }
    const full = values.photos.length >= MOST_PHOTOS;
    for (const element of group.querySelectorAll("input[type=file]")) element.disabled = full;
  }

  // What this phone cannot draw it sends as it is: the person is told while another picture can still be taken.
  async function warningOf(sha256, index) {
    const photo = await unreadPhoto(app.store, app.user.id, sha256);
    if (!photo) return null;
    const n = index + 1;
    const size = sayBytes(photo.size);
    const told = notice(
      "warn",
      say("photo_unread_long", { n, name: photo.name, size }),
      button(say("photo_leave_out", { n }), () => remove(sha256)),
    );
    told.classList.add("photo-unread");
    return told;
  }

  async function show() {
    const items = await Promise.all(
      values.photos.map(async (sha256, index) =>
        make(
          "li",
          {},
          await photoFigure(app, sha256, say("photo_n", { n: index + 1 })),
          button("×", () => remove(sha256), {
            class: "photo-remove",
            "aria-label": say("photo_remove", { n: index + 1 }),
          }),
        ),
      ),
    );
    shown.replaceChildren(...items);
    unread.replaceChildren(...(await Promise.all(values.photos.map(warningOf))).filter(Boolean));
    unread.hidden = !unread.children.length;
    shown.hidden = !items.length;
    showCount();
  }

  return {
    group,
    fault,
    show,
    // A photo that is still being made smaller belongs to the visit as well.
    settled: () => taking,
    get busy() {
      return busy > 0;
    },
  };
}
