package io.cffs.test.sim;

/** The backend's process ends here: thrown from below it, caught above it. */
final class BackendDied extends Error {
    private static final long serialVersionUID = 1L;

    BackendDied() {
        super("the simulated backend died", null, false, false);
    }
}
