package io.cffs.backend.server;

import io.cffs.backend.wire.Address;
import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.SocketDuplex;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** One listening socket. The socket file of a unix address is removed when it closes. */
final class Listener {
    private static final int BACKLOG = 1024;

    private final ServerSocketChannel channel;
    private final Address address;
    /** Identity of the socket file that this listener made; null for TCP. */
    private final Object fileKey;

    private Listener(ServerSocketChannel channel, Address address, Object fileKey) {
        this.channel = channel;
        this.address = address;
        this.fileKey = fileKey;
    }

    /** @throws IOException with a sentence when the address cannot be listened on */
    static Listener open(Address address) throws IOException {
        try {
            return switch (address) {
                case Address.Tcp tcp -> openTcp(tcp);
                case Address.Unix unix -> openUnix(unix);
            };
        } catch (IOException | UnresolvedAddressException e) {
            throw new IOException("Cannot listen on " + address + ": " + reason(e) + ".", e);
        }
    }

    private static String reason(Exception e) {
        return e instanceof UnresolvedAddressException ? "the host is not known" : e.getMessage();
    }

    private static Listener openTcp(Address.Tcp address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address.resolve(), BACKLOG);
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            return new Listener(channel, new Address.Tcp(address.host(), port), null);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static Listener openUnix(Address.Unix address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            bindUnix(channel, address);
            Files.setPosixFilePermissions(address.path(), PosixFilePermissions.fromString("rw-------"));
            return new Listener(channel, address, fileKey(address.path()));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void bindUnix(ServerSocketChannel channel, Address.Unix address) throws IOException {
        try {
            channel.bind(address.resolve(), BACKLOG);
        } catch (BindException e) {
            if (!isAbandoned(address)) {
                throw e;
            }
            Files.delete(address.path());
            channel.bind(address.resolve(), BACKLOG);
        }
    }

    /** A socket file whose server was killed: it is there and nobody answers. */
    private static boolean isAbandoned(Address.Unix address) throws IOException {
        // Connecting to a file of another kind is refused as well, and that file is not ours to delete.
        if (!Files.readAttributes(address.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
            return false;
        }
        try {
            SocketChannel.open(address.resolve()).close();
            return false;
        } catch (ConnectException e) {
            return Files.exists(address.path());
        } catch (IOException e) {
            return false;
        }
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** With the port that the system chose. */
    Address address() {
        return address;
    }

    Duplex accept() throws IOException {
        SocketChannel accepted = channel.accept();
        try {
            return new SocketDuplex(accepted);
        } catch (IOException e) {
            accepted.close();
            throw e;
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    void close() throws IOException {
        if (address instanceof Address.Unix unix && Files.exists(unix.path())
                && fileKey(unix.path()).equals(fileKey)) {
            Files.deleteIfExists(unix.path());
        }
        channel.close();
    }
}
