package dev.atrium.transport.socketio;

import dev.atrium.gateway.Cluster;
import dev.atrium.session.RequestMemory;
import dev.atrium.transport.engineio.EngineSocket;
import dev.atrium.transport.engineio.EngineSockets;
import dev.atrium.transport.engineio.Replicas;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts Socket.IO on top of each new Engine.IO connection. */
@Singleton
final class SocketIoConnections implements EngineSockets.Application {

    private final Namespaces namespaces;
    private final SocketIoConfig config;
    private final RequestMemory memory;

    SocketIoConnections(Namespaces namespaces, SocketIoConfig config, RequestMemory memory) {
        this.memory = memory;
        this.namespaces = namespaces;
        this.config = config;
    }

    @Produces
    @Singleton
    static Replicas replicas(Cluster cluster) {
        return cluster::addressOf;
    }

    @Override
    public EngineSocket.Listener connected(EngineSocket socket) {
        return new SocketIoConnection(namespaces, config, memory, socket);
    }

    /** Only for an application with handlers, which may ask for them: they take some kilobytes a connection. */
    @Override
    public boolean keepsHandshakes() {
        return namespaces.haveHandlers();
    }
}
