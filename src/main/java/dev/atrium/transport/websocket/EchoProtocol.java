package dev.atrium.transport.websocket;

import dev.atrium.gateway.Gateway;
import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Protocol that echoes each message, for latency measurements and conformance suites. Its sessions are in no room. */
final class EchoProtocol extends SingleSessionProtocol {

    EchoProtocol(Gateway gateway, Caller caller) {
        super(gateway, caller);
    }

    @Override
    void begin() {
        if (caller.identity().isNobody()) {
            session.close(CloseReason.UNAUTHENTICATED);
        }
    }

    @Override
    Session connect() {
        return gateway.connect(new SessionRequest(caller, connection.eventLoop(), RoomId.DEFAULT_NAMESPACE, Transport.ECHO,
                connection, PlainFormat.INSTANCE));
    }

    @Override
    public void text(String text) {
        if (gateway.chargeOrClose(session, text.length())) {
            connection.send(Frames.text(text));
        }
    }

    @Override
    public void binary(ByteBuf bytes) {
        if (gateway.chargeOrClose(session, bytes.readableBytes())) {
            connection.send(Frames.of(Frames.BINARY, ByteBufUtil.getBytes(bytes)));
        }
    }

    @Override
    public boolean answersTextHeartbeats() {
        return false;
    }
}
