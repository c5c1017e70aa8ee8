package dev.atrium.ice;

import dev.atrium.gateway.AccessControl;
import dev.atrium.gateway.Command;
import dev.atrium.session.Requester;
import io.smallrye.mutiny.Uni;

/** Command that returns the ICE servers, to a client that may connect to the namespace: the use of TURN costs money. */
public record IceCommand(IceServers servers, String namespace) implements Command.Extension<Requester, IceServers.Answer> {

    @Override
    public void permit(Requester client, AccessControl access) {
        access.requireNamespace(client, namespace);
    }

    @Override
    public Uni<IceServers.Answer> run(Requester client) {
        return Uni.createFrom().item(() -> servers.of(client.caller()));
    }
}
