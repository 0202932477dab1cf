package io.cffs.daemon.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where the processes that share a store meet: beside it, under names that the store itself does not use.
 *
 * @param store the store's directory, absolute
 * @param socket what its backend listens on
 * @param startLock held by whoever is starting that backend
 * @param log what that backend says
 */
record StorePlaces(Path store, Path socket, Path startLock, Path log) {
    /** The kernel's limit is 108 bytes with the final zero. */
    static final int SOCKET_PATH_BYTES_MAX = 107;

    /** @param runtime is asked only when the store's path is too long for a socket */
    static StorePlaces of(Path store, RuntimeDirectory runtime) {
        Path socket = store.resolve("backend.sock");
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > SOCKET_PATH_BYTES_MAX) {
            socket = runtime.path().resolve(RuntimeDirectory.nameFor(store) + ".sock");
        }
        return new StorePlaces(store, socket, store.resolve("backend.starting"), store.resolve("backend.log"));
    }

    /** As commands write it. */
    String address() {
        return "unix:" + socket;
    }
}
