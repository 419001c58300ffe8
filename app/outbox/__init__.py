"""What is to be told outside: a row in the transaction of what happened. Sending it is the room `notifications`."""
