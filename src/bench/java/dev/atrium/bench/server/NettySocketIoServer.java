package dev.atrium.bench.server;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.Transport;

/** Room server of netty-socketio, with its defaults except for one worker thread. */
public final class NettySocketIoServer {

    private static final String ROOM = "room";

    private NettySocketIoServer() {
    }

    /**
     * Starts the server.
     *
     * @param arguments the port
     */
    public static void main(String[] arguments) {
        Configuration configuration = new Configuration();
        configuration.setHostname("127.0.0.1");
        configuration.setPort(Integer.parseInt(arguments[0]));
        configuration.setTransports(Transport.WEBSOCKET);
        configuration.setBossThreads(1);
        configuration.setWorkerThreads(1);
        configuration.getSocketConfig().setTcpNoDelay(true);
        configuration.getSocketConfig().setAcceptBackLog(4096);

        SocketIOServer server = new SocketIOServer(configuration);
        server.addEventListener("join", String.class, (client, room, ack) -> {
            client.set(ROOM, room);
            client.joinRoom(room);
            ack.sendAckData(200);
        });
        server.addEventListener("message", String.class,
                (client, data, ack) -> server.getRoomOperations(client.<String> get(ROOM)).sendEvent("message", data));
        server.addEventListener("echo", String.class, (client, data, ack) -> client.sendEvent("echo", data));
        server.start();
    }
}
