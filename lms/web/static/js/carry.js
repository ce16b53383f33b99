// Presses the one button of a page that only carries something on. Without this file somebody presses it.
"use strict";

document.querySelector("form[data-carry]")?.submit();
