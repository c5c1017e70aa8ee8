package dev.atrium.it.operations;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Connection storm: clients that all connect at once, and reconnect as soon as they were admitted or refused, whatever the
 * response.
 */
final class Storm extends Disturbance {

    private static final byte[] HANDSHAKE = ("GET /rooms/storm HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    final AtomicLong admitted = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong failed = new AtomicLong();

    private final InetSocketAddress server;
    private final int clients;
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);

    Storm(int port, int clients) {
        this.server = new InetSocketAddress("127.0.0.1", port);
        this.clients = clients;
        start();
    }

    @Override
    void rage() throws IOException {
        try (Selector selector = Selector.open()) {
            rage(selector);
        }
    }

    private void rage(Selector selector) throws IOException {
        for (int i = 0; i < clients; i++) {
            come(selector);
        }
        while (isOn()) {
            selector.select(100);
            for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext();) {
                SelectionKey key = keys.next();
                keys.remove();
                if (step(key)) {
                    key.channel().close();
                    come(selector);
                }
            }
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
    }

    private void come(Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open();
        // A reset leaves no port in TIME_WAIT, of which a storm would use up all.
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.configureBlocking(false);
        channel.connect(server);
        channel.register(selector, SelectionKey.OP_CONNECT);
    }

    /** Returns whether this client is finished. */
    private boolean step(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                channel.write(ByteBuffer.wrap(HANDSHAKE));
                key.interestOps(SelectionKey.OP_READ);
                return false;
            }
            buffer.clear();
            if (channel.read(buffer) <= STATUS_AT) {
                failed.incrementAndGet();
            } else {
                (buffer.get(STATUS_AT) == '1' ? admitted : refused).incrementAndGet();
            }
        } catch (IOException e) {
            failed.incrementAndGet();
        }
        return true;
    }
}
