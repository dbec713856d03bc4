import { focusErrors, sendOnce } from "./focus";
import { copyButtons } from "./copy";
import { keepDrafts } from "./draft";
import { locateButtons } from "./locate";
import { shrinkPhotos } from "./shrink";

focusErrors();
sendOnce();
copyButtons();
keepDrafts();
locateButtons();
shrinkPhotos();
