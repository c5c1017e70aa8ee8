package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.RequestMemory;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.HttpChannel;
import dev.atrium.transport.admission.Problem;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Last check before a handshake is answered: passes the handshake throttle, negotiates compression, and adds the frame guard. A
 * handshake of the application's own endpoints, which no gate admits, passes at once if its form is right.
 */
@Singleton
final class UpgradeCheck implements HttpUpgradeCheck {

    private static final Logger LOG = Logger.getLogger(UpgradeCheck.class);

    /** Endpoint ids are class names. */
    private static final String OWN_ENDPOINTS = "dev.atrium.transport.";

    private final Admission admission;
    private final RequestMemory memory;

    UpgradeCheck(Admission admission, RequestMemory memory) {
        this.admission = admission;
        this.memory = memory;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        HttpServerRequest request = context.httpRequest();
        Channel channel = HttpChannel.of(request);
        Handshake handshake = Handshake.take(channel);
        if (handshake == null && context.endpointId().startsWith(OWN_ENDPOINTS)) {
            // The endpoint has a route that its gate does not cover.
            LOG.errorf("A handshake of %s was refused, because it did not pass through the SocketGate", context.endpointId());
            return CheckResult.rejectUpgrade(403);
        }
        if (handshake == null) {
            try {
                OpeningHandshake.require(request);
            } catch (ErrorReply error) {
                Map<String, List<String>> headers = new HashMap<>();
                Problem.headers(error).forEach((name, value) -> headers.put(name, List.of(value)));
                return CheckResult.rejectUpgrade(error.code(), headers);
            }
            context.userData().put(ApplicationChannel.KEY, new ApplicationChannel(channel, admission.address(request)));
            return CheckResult.permitUpgrade();
        }
        // The request must wait, too, with all that the client sends.
        request.pause();
        return handshake.settings().sessions().inTurn(channel.eventLoop(), () -> Uni.createFrom().item(channel::isActive))
                // The client disconnected while it waited: its request has ended and can no longer be upgraded.
                .chain(active -> active ? permit(context, channel, handshake) : Uni.createFrom().nothing());
    }

    private Uni<CheckResult> permit(HttpUpgradeContext context, Channel channel, Handshake handshake) {
        HttpServerRequest request = context.httpRequest();
        SocketSettings settings = handshake.settings();
        Map<String, List<String>> headers = new HashMap<>(settings.subprotocols().negotiate(request));
        WebSocketServerExtension compression = settings.deflate() == null ? null : settings.deflate().negotiate(request);
        handshake.installed(UpgradeChannel.install(channel, settings.limits(), compression, memory), request.headers());
        context.userData().put(Handshake.KEY, handshake);
        headers.putAll(PerMessageDeflate.headers(compression));
        return CheckResult.permitUpgrade(headers);
    }
}
