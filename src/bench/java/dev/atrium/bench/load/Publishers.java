package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;

/** Publishers, one client of each room. On the load loop only. */
public final class Publishers {

    private final ClientPool fleet;

    /** Takes the first client of each room of the pool. */
    public Publishers(ClientPool fleet) {
        this.fleet = fleet;
    }

    /** Encodes a frame that can be sent many times: each send needs a duplicate with indices of its own, no copy. */
    ByteBuf frame(byte[] text) {
        return ClientFrame.text(fleet.dialect().publication(text));
    }

    void publish(int room, ByteBuf frame) {
        fleet.client(room).send(frame);
    }
}
