import { focusErrors, sendOnce } from "./focus";
import { copyButtons } from "./copy";
import { keepDrafts } from "./draft";
import { keyboard, typedEvents } from "./keys";
import { expireOffers } from "./expire";
import { narrowLists, standardTexts } from "./narrow";
import { shrinkPhotos } from "./shrink";

focusErrors();
sendOnce();
copyButtons();
keepDrafts();
typedEvents();
keyboard();
narrowLists();
standardTexts();
expireOffers();
shrinkPhotos();
