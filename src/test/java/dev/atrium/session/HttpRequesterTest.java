package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
import org.junit.jupiter.api.Test;

/** A client of single HTTP requests, as other clients see it. */
class HttpRequesterTest {

    @Test
    void a_client_with_a_user_is_that_user_without_a_session() {
        Identity ann = new Identity(Identity.Kind.TOKEN, "ann", Permissions.NONE, Identity.NEVER);
        HttpRequester client = new HttpRequester(new Caller(ann, "192.0.2.1"));
        assertThat(client.self()).isEqualTo(new Sender(null, "ann"));
        assertThat(client.transport()).isEqualTo(Transport.HTTP);
    }

    @Test
    void a_client_without_a_user_has_no_sender() {
        assertThat(new HttpRequester(new Caller(Identity.ANONYMOUS, "192.0.2.1")).self()).isNull();
    }
}
