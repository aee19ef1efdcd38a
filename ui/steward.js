// What pages do beyond HTML. Every page reads and its forms work without it.
"use strict";
