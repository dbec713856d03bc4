import { focusErrors, sendOnce } from "./focus";
import { copyButtons } from "./copy";
import { keepDrafts } from "./draft";
import { locateButtons } from "./locate";
import { shrinkPhotos } from "./shrink";
import { uploadPhotos } from "./upload";
import { warnOfDanger } from "./danger";
import { withoutNetwork } from "./offline";

focusErrors();
uploadPhotos();
sendOnce();
copyButtons();
keepDrafts();
locateButtons();
shrinkPhotos();
warnOfDanger();
withoutNetwork();
