package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;

/** One client of each room that publishes to it. On the load loop only. */
public final class Publishers {

    private final ClientPool fleet;

    /** The first client of each room of the fleet. */
    public Publishers(ClientPool fleet) {
        this.fleet = fleet;
    }

    /** The frame is ready and the same each time: what differs is only a pair of indices. */
    ByteBuf frame(byte[] text) {
        return ClientFrame.text(fleet.dialect().publication(text));
    }

    void publish(int room, ByteBuf frame) {
        fleet.client(room).send(frame);
    }
}
