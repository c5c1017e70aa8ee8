package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.atrium.room.Audience;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Uni;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Requests to all replicas, and work on the sessions of one. */
class ClusterTest extends WithGateway {

    private static final Duration TIMEOUT = Duration.ofMillis(50);
    private static final Audience ALL = new Audience(Set.of(), Set.of());

    @Test
    void a_request_is_answered_by_the_responder_of_its_kind() {
        Cluster cluster = new Cluster(backplane, sessions);
        cluster.serve("count", request -> Uni.createFrom().item("count of " + request));
        cluster.serve("name", request -> Uni.createFrom().item("name of " + request));
        assertThat(done(cluster.callAll("name", "two words", TIMEOUT))).containsExactly(Optional.of("name of two words"));
    }

    @Test
    void a_replica_that_does_not_reply_in_time_is_an_empty_reply() {
        Cluster cluster = new Cluster(backplane, sessions);
        cluster.serve("count", request -> Uni.createFrom().nothing());
        assertThat(done(cluster.callAll("count", "all", TIMEOUT))).containsExactly(Optional.empty());
    }

    @Test
    void a_request_that_this_version_does_not_know_fails() {
        assertThat(error(new Cluster(backplane, sessions).callAll("unknown", "all", TIMEOUT)).code()).isEqualTo(500);
    }

    @Test
    void work_is_done_for_the_open_sessions_of_a_namespace_that_are_in_the_audience() {
        Cluster cluster = new Cluster(backplane, sessions);
        Client ann = admit(ANN);
        Client bob = admit(user("bob", "*:join"));
        connect(user("eve", "/chat *:join"), "/chat");
        join(ann, LOBBY);
        assertThat(done(cluster.each("/", ALL, session -> Uni.createFrom().item(session.self().user()))))
                .containsExactlyInAnyOrder("ann", "bob");
        assertThat(done(cluster.each("/", new Audience(Set.of("lobby"), Set.of()),
                session -> Uni.createFrom().item(session.self().user())))).containsExactly("ann");
        List<String> asked = new ArrayList<>();
        Uni<List<String>> work = cluster.each("/", ALL, session -> {
            asked.add(session.self().user());
            return Uni.createFrom().item("done");
        });
        bob.session.close(CloseReason.NORMAL);
        assertThat(done(work)).containsExactly("done");
        assertThat(asked).as("a session that has ended since").containsExactly("ann");
    }

    @Test
    void a_session_whose_work_fails_costs_no_other_its_result() {
        admit(ANN);
        admit(user("bob", "*:join"));
        assertThat(done(new Cluster(backplane, sessions).each("/", ALL, session -> session.self().user().equals("ann")
                ? Uni.createFrom().failure(new IllegalStateException("gone"))
                : Uni.createFrom().item("done")))).containsExactly("done");
    }

    /** Each broadcast of an emitter looks at all sessions: a task for each took milliseconds with two thousand of them. */
    @Test
    void sessions_that_are_not_in_the_audience_cost_little() {
        Cluster cluster = new Cluster(backplane, sessions);
        Client ann = admit(ANN);
        for (int i = 0; i < 1_000; i++) {
            connect(user("user-" + i, "*:join"));
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Audience few : List.of(Audience.ofSession(ann.session.id()), new Audience(Set.of("nobody"), Set.of()))) {
            cluster.each("/", few, session -> Uni.createFrom().item(session)).subscribe().with(warm -> {
            });
            long before = threads.getCurrentThreadAllocatedBytes();
            cluster.each("/", few, session -> Uni.createFrom().item(session)).subscribe().with(done -> {
            });
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100 * 1_000);
        }
        assertThat(done(cluster.each("/", ALL, session -> Uni.createFrom().item(session)))).containsExactly(ann.session);
        assertThat(done(cluster.each("/chat", Audience.ofSession(ann.session.id()), session -> Uni.createFrom().item(session))))
                .isEmpty();
    }

    @Test
    void the_address_of_a_replica_that_is_not_alive_is_null() {
        assertThat(done(new Cluster(backplane, sessions).addressOf("nobody"))).isNull();
        outages.put("addressOf", new IllegalStateException("away"));
        assertThat(error(new Cluster(backplane, sessions).addressOf("nobody")).code()).isEqualTo(500);
    }
}
