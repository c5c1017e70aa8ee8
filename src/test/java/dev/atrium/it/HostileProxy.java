package dev.atrium.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * TCP proxy in front of a replica that simulates network failures: it cuts connections, refuses new ones, and drops all bytes
 * without FIN or RST, like a pulled cable. Its methods may be called from any thread.
 */
final class HostileProxy implements Closeable {

    private final ServerSocket server;
    private final int target;
    private final UnaryOperator<OutputStream> toServer;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private volatile boolean refuses;
    private volatile boolean swallows;

    /** Client connection and its connection to the replica. */
    private static final class Pair {

        private final Socket client;
        private final Socket upstream = new Socket();
        /** Whether bytes were dropped: bytes that follow would be misinterpreted. */
        private volatile boolean holed;
        private final AtomicInteger directions = new AtomicInteger(2);

        private Pair(Socket client) {
            this.client = client;
        }

        /** Resets both connections: a FIN would look like a regular close by the other side. */
        private void reset() throws IOException {
            client.setSoLinger(true, 0);
            upstream.setSoLinger(true, 0);
            close();
        }

        private void close() throws IOException {
            client.close();
            upstream.close();
        }
    }

    /** Forwards to a port of the loopback address. */
    HostileProxy(int target) throws IOException {
        this(target, UnaryOperator.identity());
    }

    /** @param toServer wraps the stream to the server of each client connection */
    HostileProxy(int target, UnaryOperator<OutputStream> toServer) throws IOException {
        this.target = target;
        this.toServer = toServer;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    String http(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** Cuts all open connections. */
    void cut() {
        pairs.forEach(this::cut);
    }

    /** Cuts new connections from now on; open ones stay. */
    void refuse() {
        refuses = true;
    }

    /**
     * Drops everything in both directions from now on, including the end of a connection; new connections are accepted, and get
     * no bytes.
     */
    void swallow() {
        swallows = true;
    }

    /** Ends the failures: new connections are forwarded, and so are open ones that lost no bytes; the others are cut. */
    void heal() {
        swallows = false;
        refuses = false;
        pairs.stream().filter(pair -> pair.holed).forEach(this::cut);
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }

    private void cut(Pair pair) {
        pairs.remove(pair);
        try {
            pair.reset();
        } catch (IOException e) {
            // The connection is already closed.
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Pair pair = new Pair(server.accept());
                pairs.add(pair);
                if (refuses) {
                    cut(pair);
                } else {
                    daemon(() -> connect(pair));
                }
            } catch (IOException e) {
                // The proxy was closed at the end of the test.
            }
        }
    }

    private void connect(Pair pair) {
        try {
            pair.client.setTcpNoDelay(true);
            pair.upstream.setTcpNoDelay(true);
            pair.upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            OutputStream filtered = toServer.apply(pair.upstream.getOutputStream());
            daemon(() -> pump(pair, pair.client, pair.upstream, filtered));
            pump(pair, pair.upstream, pair.client, pair.client.getOutputStream());
        } catch (IOException e) {
            // The replica is down, so the client's connection is cut.
            cut(pair);
        }
    }

    private void pump(Pair pair, Socket from, Socket to, OutputStream out) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (!swallowed(pair)) {
                    out.write(buffer, 0, n);
                }
            }
            if (!swallowed(pair)) {
                to.shutdownOutput();
                end(pair);
            }
        } catch (IOException e) {
            if (!swallowed(pair)) {
                cut(pair);
            }
        }
    }

    /** Half-closes one direction, as in TCP. */
    private void end(Pair pair) throws IOException {
        if (pair.directions.decrementAndGet() == 0) {
            pairs.remove(pair);
            pair.close();
        }
    }

    /** Returns whether bytes and ends of connections are being dropped. */
    private boolean swallowed(Pair pair) {
        if (swallows) {
            pair.holed = true;
        }
        return pair.holed;
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }
}
