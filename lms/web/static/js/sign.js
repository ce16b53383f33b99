// Renews a sign in place. When nobody answers, the last state stays, with the time at which it was true.
// Old words on purpose: displays at doors are often old.
(function () {
  "use strict";
  var seconds = Number(document.body.getAttribute("data-refresh")) || 60;
  function renew() {
    var request = new XMLHttpRequest();
    request.open("GET", document.body.getAttribute("data-turn") || location.href);
    request.timeout = 15000;
    request.onload = function () {
      if (request.status !== 200) return;
      var fresh = new DOMParser().parseFromString(request.responseText, "text/html");
      if (fresh.documentElement.className !== document.documentElement.className) return; // some other page: an error, a sign-in
      document.title = fresh.title;
      document.body.setAttribute("data-turn", fresh.body.getAttribute("data-turn") || "");
      document.body.replaceChild(document.importNode(fresh.querySelector("main"), true), document.querySelector("main"));
      document.body.replaceChild(document.importNode(fresh.querySelector("footer"), true), document.querySelector("footer"));
    };
    request.send();
  }
  setInterval(renew, seconds * 1000);
})();
