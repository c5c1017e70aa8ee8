package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the histories of two epochs share. */
class StreamPositionTest {

    @ParameterizedTest(name = "{0}:{1} in {2}: up to {3}")
    @CsvSource(nullValues = "-", value = {
            "a,              170, a,              170",
            "a,              170, b,              -1",
            "a,              0,   b,              -1",
            // A failover at 164: the new epoch has the messages up to it.
            "a,              164, a~164~b,        164",
            "a,              100, a~164~b,        100",
            "a,              170, a~164~b,        164",
            "a,              0,   a~0~b,          0",
            // The other way round: a reader that is ahead of the one that it is compared with.
            "a~164~b,        150, a,              150",
            "a~164~b,        180, a,              164",
            // Two failovers, the second one to a replica that had seen the first.
            "a,              164, a~164~b~180~c,  164",
            "a~164~b,        180, a~164~b~180~c,  180",
            "a~164~b,        181, a~164~b~180~c,  180",
            // The second one lagged behind the first.
            "a,              170, a~150~c,        150",
            "a~164~b,        170, a~150~c,        150",
            "a~164~b,        120, a~150~c,        120",
            // The oldest parts of a long ancestry are dropped.
            "a,              100, b~180~c,        -1",
            "a~164~b,        175, b~180~c,        175",
            // Made up by a client.
            "a~x~b,          10,  a,              -1",
            "a~~b,           10,  a,              -1",
            "~~~,            10,  a,              -1",
    })
    void the_epoch_of_a_failover_shares_what_was_replicated(String epoch, long offset, String other, long shared) {
        StreamPosition position = new StreamPosition(epoch, offset);
        assertThat(position.sharedWith(other)).isEqualTo(shared);
        assertThat(position.isIn(other)).isEqualTo(shared == offset);
    }

    @Test
    void an_epoch_that_is_too_long_to_be_one_is_not_looked_at() {
        assertThat(new StreamPosition("a~1~".repeat(100) + "b", 1).isIn("b")).isFalse();
    }

    @Test
    void a_new_history_has_an_epoch_of_its_own() {
        assertThat(StreamPosition.origin().epoch()).hasSize(8).isNotEqualTo(StreamPosition.origin().epoch());
        assertThat(StreamPosition.origin().offset()).isZero();
    }
}
