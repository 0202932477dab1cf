/**
 * Suites that need more than one module: {@code .tidy} is the style guide as a test, {@code .sim} the deterministic
 * simulation of daemons and a backend, {@code .history} the replay checker, {@code .mount} the promises on real mounts,
 * {@code .differential} a mount beside a real directory. Unit tests are beside the code they test. Bugs that these
 * suites found are in {@code TRACK_RECORD.md}.
 */
package io.cffs.test;
