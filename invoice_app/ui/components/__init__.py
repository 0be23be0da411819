"""Building blocks of the staff pages: functions of their arguments, styled by assets/css, without State of their own."""
