/** Where one lands: what to go on with, what is next, what is new. */

import { learnerToday } from "./today-learner.js";
import { tutorToday } from "./today-tutor.js";

export function todayView(app, place) {
  return app.session.isTutor ? tutorToday(app, place) : learnerToday(app, place);
}
