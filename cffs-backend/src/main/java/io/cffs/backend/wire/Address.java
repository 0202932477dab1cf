package io.cffs.backend.wire;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where a backend listens: {@code host:port}, {@code [v6]:port} or {@code unix:/path}. */
public sealed interface Address {
    /** Longest path of a unix socket, in bytes: sun_path of sockaddr_un less its NUL. */
    int UNIX_PATH_BYTES_MAX = 107;

    /** Resolves names anew on every call, so that a changed DNS answer is seen. */
    SocketAddress resolve();

    /** @param port 0 to 65535; 0 lets the system choose when listening */
    record Tcp(String host, int port) implements Address {
        @Override
        public SocketAddress resolve() {
            return new InetSocketAddress(host, port);
        }

        @Override
        public String toString() {
            return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
        }
    }

    record Unix(Path path) implements Address {
        @Override
        public SocketAddress resolve() {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * Reads one address.
     *
     * @throws IllegalArgumentException with a sentence that says what an address looks like
     */
    static Address parse(String text) {
        if (text.startsWith("unix:")) {
            String path = text.substring("unix:".length());
            int length = path.getBytes(StandardCharsets.UTF_8).length;
            if (length == 0) {
                throw new IllegalArgumentException("A unix socket address needs a path after 'unix:'.");
            }
            if (length > UNIX_PATH_BYTES_MAX) {
                throw new IllegalArgumentException("The unix socket path is " + length + " bytes long and may have "
                        + UNIX_PATH_BYTES_MAX + ": " + path);
            }
            return new Unix(Path.of(path));
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw unreadable(text);
        }
        if (host.isEmpty() || colon < 0) {
            throw unreadable(text);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port < 0 || port > 65_535) {
                throw unreadable(text);
            }
            return new Tcp(host, port);
        } catch (NumberFormatException e) {
            throw unreadable(text);
        }
    }

    /** Reads a comma-separated list of at least one. Throws as {@link #parse} does. */
    static List<Address> parseList(String text) {
        List<Address> addresses = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            addresses.add(parse(part.strip()));
        }
        return List.copyOf(addresses);
    }

    private static IllegalArgumentException unreadable(String text) {
        return new IllegalArgumentException(
                "A backend address is host:port, [v6]:port or unix:/path, not '" + text + "'.");
    }
}
