package dev.atrium.backplane;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Questions that replicas ask each other. Any thread. */
public interface ClusterRpc {

    /**
     * What was answered in time.
     *
     * @param given one for each replica that answered
     * @param asked how many were asked
     */
    record Acks(List<String> given, int asked) {
    }

    /** Says who answers here. Called once, at the start. */
    void serve(Function<String, Uni<String>> responder);

    /** Asks every replica that is alive, this one among them. */
    Uni<Acks> askAll(String question, Duration patience);
}
