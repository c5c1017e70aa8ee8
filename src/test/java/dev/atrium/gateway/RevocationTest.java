package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.ClusterRpc;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which sessions end when those of a user are revoked. */
class RevocationTest extends WithGateway {

    private Revocation revocation;
    private Client ann;
    private Client annInChat;
    private Client bob;
    private Client anonymous;

    @BeforeEach
    void connectClients() {
        revocation = new Revocation(new Cluster(backplane, sessions), sessions, service);
        ann = connect(ANN);
        annInChat = connect(ANN, "/chat");
        bob = connect(user("bob", "*:join"));
        anonymous = connect(Identity.ANONYMOUS);
    }

    @Test
    void all_sessions_of_the_user_are_closed_and_counted_and_those_of_others_stay() {
        assertThat(done(revocation.revoke(null, "ann"))).isEqualTo(2);
        turn();
        assertThat(ann.closed).containsExactly(CloseReason.REVOKED);
        assertThat(annInChat.closed).containsExactly(CloseReason.REVOKED);
        assertThat(bob.closed).isEmpty();
        assertThat(anonymous.closed).isEmpty();
    }

    @Test
    void in_one_namespace_only_the_sessions_there_are_closed() {
        assertThat(done(revocation.revoke("/chat", "ann"))).isOne();
        turn();
        assertThat(annInChat.closed).containsExactly(CloseReason.REVOKED);
        assertThat(ann.closed).isEmpty();
    }

    @Test
    void a_user_s_name_may_have_spaces() {
        Client named = connect(user("ann b c", "*:join"));
        assertThat(done(revocation.revoke("/", "ann b c"))).isOne();
        turn();
        assertThat(named.closed).containsExactly(CloseReason.REVOKED);
        assertThat(ann.closed).isEmpty();
    }

    @Test
    void a_session_that_waits_for_its_client_ends_too() {
        Client waiting = admit(ANN);
        Client ofBob = admit(user("bob", "*:join"));
        List<Command.Resume> resumptions = List.of(new Command.Resume(waiting.session.resumeToken(), Map.of()),
                new Command.Resume(ofBob.session.resumeToken(), Map.of()));
        waiting.session.closed(CloseReason.CONNECTION_LOST);
        ofBob.session.closed(CloseReason.CONNECTION_LOST);
        done(revocation.revoke("/chat", "ann"));
        done(revocation.revoke("/chat", "bob"));
        done(revocation.revoke("/", "ann"));
        ErrorReply error = error(gateway.execute(admit(ANN).session, Cost.NONE, resumptions.get(0)));
        assertThat(error.code()).isEqualTo(410);
        done(gateway.execute(admit(user("bob", "*:join")).session, Cost.NONE, resumptions.get(1)));
    }

    @Test
    void only_an_administrator_may_revoke_sessions() {
        Command.Revoke command = new Command.Revoke(revocation, null, "ann");
        assertThat(error(request(caller(ANN), command)).code()).isEqualTo(403);
        turn();
        assertThat(ann.closed).isEmpty();
        assertThat(done(request(caller(key("/* *:admin")), command))).isEqualTo(2);
        turn();
        assertThat(ann.closed).containsExactly(CloseReason.REVOKED);
    }

    @Test
    void without_the_reply_of_every_replica_the_client_is_asked_to_repeat_the_request() {
        Cluster ofTwo = new Cluster(port(Backplane.class, memory, Map.of("clusterRpc", new OneOfTwo())), sessions);
        ErrorReply error = error(new Revocation(ofTwo, sessions, service).revoke(null, "ann"));
        assertThat(error.code()).isEqualTo(503);
        assertThat(error.getMessage()).isEqualTo("not every replica has answered");
    }

    /** Channel between two replicas, of which the other one does not reply. */
    private static final class OneOfTwo implements ClusterRpc {

        private Function<String, Uni<String>> responder;

        @Override
        public void serve(Function<String, Uni<String>> here) {
            responder = here;
        }

        @Override
        public Uni<Acks> callAll(String request, Duration timeout) {
            return responder.apply(request).map(answer -> new Acks(List.of(answer), 1, 1));
        }
    }
}
