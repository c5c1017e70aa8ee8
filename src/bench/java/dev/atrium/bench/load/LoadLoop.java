package dev.atrium.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Event loop of the load generator: a single thread. */
public final class LoadLoop implements AutoCloseable {

    /**
     * Maximum number of clients per source address. An address has about 28,000 ephemeral ports; beyond that the next address
     * of 127.0.0.0/8 is the source.
     */
    private static final int CLIENTS_PER_ADDRESS = 20_000;

    /**
     * IPPROTO_TCP and TCP_MAXSEG. The server's kernel sizes the send buffer by the segment size, which would be megabytes on
     * the loopback device.
     */
    private static final ChannelOption<Integer> MAX_SEGMENT = new IntegerUnixChannelOption("TCP_MAXSEG", 6, 2);
    private static final int SMALL_SEGMENT = 536;
    private static final int SMALL_BUFFER = 4096;

    private final EventLoopGroup group = Epoll.isAvailable() ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    private final EventLoop loop = group.next();

    EventLoop eventLoop() {
        return loop;
    }

    ChannelFuture open(Client client, int port) {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(client);
        if (client.isSlow()) {
            bootstrap.option(ChannelOption.SO_RCVBUF, SMALL_BUFFER);
            if (Epoll.isAvailable()) {
                bootstrap.option(MAX_SEGMENT, SMALL_SEGMENT);
            }
        }
        InetSocketAddress server = new InetSocketAddress("127.0.0.1", port);
        int address = client.index() / CLIENTS_PER_ADDRESS;
        if (address == 0) {
            return bootstrap.connect(server);
        }
        if (Epoll.isAvailable()) {
            bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        return bootstrap.connect(server, new InetSocketAddress("127.0.0." + (1 + address), 0));
    }

    /** Runs a task on the loop and waits for its result. */
    public <T> T call(Callable<T> task) throws InterruptedException {
        try {
            return loop.submit(task).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    public void run(Runnable task) throws InterruptedException {
        call(() -> {
            task.run();
            return null;
        });
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
