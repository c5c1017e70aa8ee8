package dev.atrium.backplane;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Request/reply channel between replicas. Any thread. */
public interface ClusterRpc {

    /**
     * Replies received in time.
     *
     * @param replicas number of replicas that were sent the request
     * @param unheard number of replicas that were not, because they did not listen, and that have not been gone for long, if
     *        they are gone; at least one while it is not known which replicas there are
     */
    record Acks(List<String> replies, int replicas, int unheard) {
    }

    /** Registers the handler of requests to this replica. Called once, at the start. */
    void serve(Function<String, Uni<String>> handler);

    /** Sends a request to every live replica, including this one. */
    Uni<Acks> callAll(String request, Duration timeout);

    /** Sends a request as {@link #callAll}. A replica that is cut off handles it when it is connected again, within a day. */
    default Uni<Acks> callEvery(String request, Duration timeout) {
        return callAll(request, timeout);
    }
}
