package io.cffs.backend.client;

import io.cffs.backend.wire.Address;
import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.SocketDuplex;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;

/** TCP and unix sockets as they are. */
final class PlainDoor implements Connector.Door {
    @Override
    public Connector.Socket prepare(Address address) throws IOException {
        SocketChannel channel = switch (address) {
            case Address.Tcp tcp -> SocketChannel.open();
            case Address.Unix unix -> SocketChannel.open(StandardProtocolFamily.UNIX);
        };
        return new PlainSocket(channel, address);
    }

    private record PlainSocket(SocketChannel channel, Address address) implements Connector.Socket {
        @Override
        public Duplex connect() throws IOException {
            try {
                channel.connect(address.resolve());
                return new SocketDuplex(channel);
            } catch (IOException | RuntimeException e) {
                close();
                throw e;
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // Nobody can do anything about it.
            }
        }
    }
}
