package looktest

import (
	"testing"
)

// takePhoto puts a picture of a phone camera's size into the form, as choosing it would, and waits for what becomes of it.
const takePhoto = `(async () => {
	const canvas = document.createElement("canvas");
	canvas.width = 2400; canvas.height = 1800;
	const pen = canvas.getContext("2d"), dots = pen.createImageData(2400, 1800);
	for (let i = 0; i < dots.data.length; i += 4) {
		dots.data[i] = (i * 7919) % 251; dots.data[i + 1] = (i / 9600) % 255; dots.data[i + 2] = (i * 31) % 241; dots.data[i + 3] = 255;
	}
	pen.putImageData(dots, 0, 0);
	const blob = await new Promise(done => canvas.toBlob(done, "image/jpeg", 0.95));
	const input = document.querySelector("input[type=file]"), box = new DataTransfer();
	box.items.add(new File([blob], "IMG_0001.JPG", {type: "image/jpeg"}));
	box.items.add(new File(["not a picture"], "note.txt", {type: "text/plain"}));
	input.addEventListener("shrunk", event => event.stopImmediatePropagation(), {capture: true}); // it is looked at before it goes up
	input.files = box.files;
	input.dispatchEvent(new Event("change"));
	for (let i = 0; i < 200 && input.files[0].size === blob.size; i++) await new Promise(done => setTimeout(done, 50));
	return [blob.size, input.files[0].size, input.files[1].size, input.files.length];
})()`

// TestPhotosShrinkOnThePhone: what is sent over the line is at most 300 kB a picture, and what is no picture goes as it is.
func TestPhotosShrinkOnThePhone(t *testing.T) {
	browser, w := chromium(t), newTown(t)
	b := newTab(t, browser, w.base)
	b.size(360)
	b.open("/report/1")
	sizes := eval[[]int](b, takePhoto)
	if len(sizes) != 4 || sizes[0] <= 300<<10 || sizes[1] > 300<<10 || sizes[1] < 1000 || sizes[2] != len("not a picture") || sizes[3] != 2 {
		t.Errorf("a picture of %d bytes became %v", sizes[0], sizes)
	}
	for _, c := range b.console() {
		t.Error(c)
	}
}
