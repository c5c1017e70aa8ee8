/** Socket.IO and Engine.IO, with the stock clients and with packets written by hand. */
package dev.atrium.it.socketio;
