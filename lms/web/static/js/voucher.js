// A scanned voucher carries its code behind the "#", which no browser sends: it is filled in here, and taken out of the address.
"use strict";

const field = document.getElementById("code");
if (field && location.hash.length > 1) {
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
