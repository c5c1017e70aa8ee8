/**
 * What happens while an application is built: its handlers are found, and how they are called is generated. Nothing here is loaded
 * by a running server.
 */
package dev.atrium.deployment;
