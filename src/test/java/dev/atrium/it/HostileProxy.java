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
 * A TCP proxy before a replica for whatever a network can do to its clients: it cuts connections, refuses new ones, and
 * swallows what is sent as if a cable had been pulled, with no FIN and no RST. Its methods may be called by any thread.
 */
final class HostileProxy implements Closeable {

    private final ServerSocket server;
    private final int target;
    private final UnaryOperator<OutputStream> toServer;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private volatile boolean refuses;
    private volatile boolean swallows;

    /** A client and its connection to the replica. */
    private static final class Pair {

        private final Socket client;
        private final Socket upstream = new Socket();
        /** Whether bytes were swallowed: what came after them would make no sense. */
        private volatile boolean holed;
        private final AtomicInteger directions = new AtomicInteger(2);

        private Pair(Socket client) {
            this.client = client;
        }

        /** An RST to both: a FIN would look as if the other side had ended it politely. */
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

    /** To that port of the loopback address. */
    HostileProxy(int target) throws IOException {
        this(target, UnaryOperator.identity());
    }

    /** @param toServer wraps what the bytes of each client are written to */
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

    /** Cuts all connections that there are. */
    void cut() {
        pairs.forEach(this::cut);
    }

    /** Cuts whoever comes, from now on; those that are there stay. */
    void refuse() {
        refuses = true;
    }

    /** From now on nothing passes in either direction, not even the end of a connection; new ones are accepted, and silent. */
    void swallow() {
        swallows = true;
    }

    /** New connections pass again, and so do those that lost nothing; the others are cut. */
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
            // It has gone already.
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
                // Closed: the test is over.
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
            // The replica is away: its clients find nobody.
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

    /** Each direction ends by itself, as in TCP. */
    private void end(Pair pair) throws IOException {
        if (pair.directions.decrementAndGet() == 0) {
            pairs.remove(pair);
            pair.close();
        }
    }

    /** Whether nothing passes, not even an end. */
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
