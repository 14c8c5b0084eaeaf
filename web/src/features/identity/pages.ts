export { ForgotPage } from "./ForgotPage";
export { LandingPage } from "./LandingPage";
export { ResetPage } from "./ResetPage";
export { SignInPage } from "./SignInPage";
export { SignUpPage } from "./SignUpPage";
